/** Somebody stopped it. */
export class Stopped extends Error {}
