/** How a checkpoint is named, for help. */
export const CHECKPOINT = 'id, unique prefix or name; latest, latest~2, step:4';

/** How a decision is named, for help. */
export const DECISION = 'id or unique prefix of the decision';

/** How a correction is named, for help. */
export const CORRECTION = 'id or unique prefix of the correction';

/** How a plan is named, for help. */
export const PLAN = 'id, unique prefix or name of the plan';
