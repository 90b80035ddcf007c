export { ChallengeEntity } from "./challenge.entity.js";
export { ChallengeRepository } from "./challenge.repository.js";
export { ChallengeTicketEntity } from "./challenge-ticket.entity.js";
export { ChallengeTicketRepository } from "./challenge-ticket.repository.js";
export {
  type ChallengePurpose,
  type ChallengeSubject,
  Challenges,
  type IssuedChallenge,
  RESEND_COOLDOWN_SECONDS,
  type VerifiedChallenge,
  type VerifiedLink,
} from "./challenges.js";
export { canonicalCode, withoutSeparators } from "./code-format.js";
export { type ActiveTokenChallenge, TokenChallenges, type TokenPurpose } from "./token-challenges.js";
