/** The sign of the house: a mast on its ground. */
export function Mark({ size = 22 }: { size?: number }) {
  return <img src="/favicon.svg" width={size} height={size} alt="" />
}
