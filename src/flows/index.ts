import { accountDeletionFlow } from "./account-deletion/index.js";
import { applicationFlow } from "./application/index.js";
import type { Flow } from "./flow.js";
import { handleChangeFlow } from "./handle-change/index.js";
import { invitationFlow } from "./invitation/index.js";
import { logInFlow } from "./log-in/index.js";
import { passwordChangeFlow } from "./password-change/index.js";
import { passwordResetFlow } from "./password-reset/index.js";
import { phoneFlow } from "./phone/index.js";
import { profileFlow } from "./profile/index.js";
import { reauthenticationFlow } from "./reauthentication/index.js";
import { secondFactorFlow } from "./second-factor/index.js";
import { sessionFlow } from "./session/index.js";
import { signUpFlow } from "./sign-up/index.js";

export type { Flow, LinkFlow } from "./flow.js";

/** All flows of the Authentication API. */
export const flows: readonly Flow[] = [
  applicationFlow,
  signUpFlow,
  invitationFlow,
  logInFlow,
  profileFlow,
  sessionFlow,
  passwordResetFlow,
  reauthenticationFlow,
  secondFactorFlow,
  passwordChangeFlow,
  handleChangeFlow,
  phoneFlow,
  accountDeletionFlow,
];
