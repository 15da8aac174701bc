import { Select } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import type { Unit } from '@/api/client'
import { unitsQuery } from '@/pages/organisations/queries'

interface PayingProps {
  /** Id of a unit; empty for the reader's own. */
  unit: string
  change: (unit: string) => void
  fault: string | undefined
  /** What is said where none is chosen. */
  usual?: string
}

/** What is said where the unit of a project pays unless another is chosen. */
export const OF_PROJECT = 'The unit of the project, else your own'

/** Which unit pays for what a new data set keeps here. */
export function PayingUnit({ unit, change, fault, usual }: PayingProps) {
  const found = useInfiniteQuery(unitsQuery())
  const units = (found.data?.pages.flatMap((page) => page.items) ?? []).filter(({ member }) => member)
  if (units.length === 0 && !fault) return null
  return (
    <Select
      label="Paid by"
      description="A unit that you belong to, with a subscription for storage"
      placeholder={usual ?? 'Your own unit, where data sets have to be paid for'}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': usual ? 'Paid by the usual unit' : 'Paid by your own unit' }}
      nothingFoundMessage="You belong to no such unit"
      data={units.map((one) => ({ value: one.id, label: labelOf(one) }))}
      value={unit || null}
      error={fault}
      onChange={(chosen) => change(chosen ?? '')}
    />
  )
}

function labelOf({ name, personal, organisation_name: organisation }: Unit): string {
  return personal ? `${name} (your own)` : `${name} of ${organisation}`
}
