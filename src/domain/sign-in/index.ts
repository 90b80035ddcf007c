export { Admission, type AdmissionParts, type Enrolling } from "./admission.js";
export { type Enabled, FactorChanges } from "./factor-changes.js";
export { type EffectsOfProof, type GivenProof, type ProofPurpose, type Proved, SecondFactorProof } from "./second-factor-proof.js";
