import { Box, VisuallyHidden } from '@mantine/core'
import { ProblemNote } from '@/show/Problem'
import type { useMove } from './useMove'

/** Says what became of something that was dragged to another folder. */
export function MovedNote({ move }: { move: ReturnType<typeof useMove> }) {
  if (move.error) {
    return (
      <Box mb="md">
        <ProblemNote error={move.error} title={`${move.variables.source} stays where it is`} />
      </Box>
    )
  }
  return (
    <VisuallyHidden role="status">
      {move.isSuccess && `${move.variables.source} is now ${move.variables.target}`}
    </VisuallyHidden>
  )
}
