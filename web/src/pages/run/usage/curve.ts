/** One value at one time, in seconds since the start. */
export interface At {
  seconds: number
  value: number
}

/** Where a curve is drawn, in pixels; `seconds` and `top` are what its right and upper edge stand for. */
export interface Frame {
  width: number
  height: number
  seconds: number
  top: number
}

/** The smallest round number that leaves some room above the peak. */
export function roundTop(peak: number, base: 2 | 10): number {
  if (peak <= 0) return 1
  const steps = base === 2 ? [1, 1.5, 2, 3] : [1, 2, 5, 10, 20]
  const power = base ** Math.floor(Math.log(peak) / Math.log(base))
  return power * (steps.find((step) => step * power >= peak * 1.05) ?? 1)
}

export function xOf(frame: Frame, seconds: number): number {
  return frame.seconds > 0 ? (frame.width * seconds) / frame.seconds : 0
}

export function yOf(frame: Frame, value: number): number {
  return frame.height * (1 - Math.min(value, frame.top) / frame.top)
}

/** The path of a curve, as SVG draws it. */
export function lineOf(frame: Frame, points: readonly At[]): string {
  return points
    .map(({ seconds, value }, at) => `${at ? 'L' : 'M'}${round(xOf(frame, seconds))} ${round(yOf(frame, value))}`)
    .join('')
}

/** The same with the ground below it. */
export function areaOf(frame: Frame, points: readonly At[]): string {
  const [first, last] = [points[0], points.at(-1)]
  if (!first || !last) return ''
  const ground = `L${round(xOf(frame, last.seconds))} ${frame.height}L${round(xOf(frame, first.seconds))} ${frame.height}Z`
  return lineOf(frame, points) + ground
}

/** The point that lies nearest to a place on the axis of time. */
export function nearest(frame: Frame, points: readonly At[], x: number): At | null {
  const distance = (point: At) => Math.abs(xOf(frame, point.seconds) - x)
  return points.reduce<At | null>((best, point) => (best && distance(best) <= distance(point) ? best : point), null)
}

/** At most `most` of many, evenly chosen, the last one among them. */
export function some<T>(many: readonly T[], most: number): readonly T[] {
  const step = Math.ceil(many.length / most)
  return many.filter((_, at) => (many.length - 1 - at) % step === 0)
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10
}
