export { ChallengeEntity } from "./challenge.entity.js";
export { ChallengeRepository } from "./challenge.repository.js";
export { ChallengeTicketEntity } from "./challenge-ticket.entity.js";
export { ChallengeTicketRepository } from "./challenge-ticket.repository.js";
export {
  type ChallengePurpose,
  type ChallengeSubject,
  Challenges,
  COOL_DOWN_SECONDS,
  type FoundLink,
  type IssuedChallenge,
  type MatchedChallenge,
} from "./challenges.js";
export {
  type FoundToken,
  TokenChallenges,
  type TokenPurpose,
} from "./token-challenges.js";
