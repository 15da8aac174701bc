import type { Filled, Slot } from './values'

/** Data that a form is opened for, with its media type where it is one file. */
export interface GivenData {
  reference: string
  type: string
}

/** Whether an input takes files of a media type; one that names none takes any, and so does an unknown file. */
export function takes(slot: Slot, type: string): boolean {
  if (slot.mediaTypes.length === 0 || !type) return true
  const plain = type.split(';')[0]?.trim() ?? ''
  return slot.mediaTypes.some((known) => known === plain || known === `${plain.split('/')[0] ?? ''}/*`)
}

/** The form with the data in the first input that takes it, needed inputs before others. */
export function withData(filled: Filled, slots: readonly Slot[], data: GivenData | undefined): Filled {
  if (!data) return filled
  const able = slots.filter((slot) => takes(slot, data.type))
  const slot = able.find(({ required }) => required) ?? able[0] ?? slots[0]
  return slot ? { ...filled, inputs: { ...filled.inputs, [slot.name]: [data.reference] } } : filled
}
