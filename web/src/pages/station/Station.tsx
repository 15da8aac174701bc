import { Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { meQuery } from '@/session/me'
import { Loading } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { Engines } from './Engines'
import { Parts } from './Parts'
import { QueueSection } from './Queue'
import { stationQuery } from './queries'
import { StationFrame } from './StationFrame'

/** How the station is: its parts, what waits, and the engines. */
export function Station() {
  const operator = useQuery(meQuery).data?.operator ?? false
  const station = useQuery({ ...stationQuery, enabled: operator })
  const found = station.data
  return (
    <StationFrame title="Station" lead={found && `${found.url}, version ${found.version}`}>
      {station.isPending && <Loading rows={6} />}
      {station.error && <ProblemNote error={station.error} title="The station cannot be shown" />}
      {found && (
        <Stack gap="md">
          <Parts parts={found.parts} />
          <QueueSection runs={found.runs} />
          <Engines engines={found.engines} />
        </Stack>
      )}
    </StationFrame>
  )
}
