/** The short form is a stage of `npm test`; the full one, `npm run test:faults -- --full`, is run by hand. */
export const FULL = process.env['SALVOR_FAULTS'] === 'full';
