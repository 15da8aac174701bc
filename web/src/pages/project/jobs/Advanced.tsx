import { Accordion, Stack, Switch, TextInput } from '@mantine/core'
import type { Wanted } from './wanted'

interface AdvancedProps {
  wanted: Wanted
  change: (some: Partial<Wanted>) => void
  faults: Partial<Record<'sub_path' | 'callback', string>>
}

/** What few launches need: another folder to start in, somebody who is told, and being kept for a look into it. */
export function Advanced({ wanted, change, faults }: AdvancedProps) {
  return (
    <Accordion variant="contained" defaultValue={wanted.subPath ? 'advanced' : null}>
      <Accordion.Item value="advanced">
        <Accordion.Control>Advanced</Accordion.Control>
        <Accordion.Panel>
          <Stack gap="sm">
            <TextInput
              label="Folder that it starts in"
              description="Below its own, such as work/today"
              value={wanted.subPath}
              error={faults.sub_path}
              onChange={(event) => change({ subPath: event.currentTarget.value })}
            />
            <TextInput
              label="Callback address"
              description="Is told each state, by PUT"
              type="url"
              value={wanted.url}
              error={faults.callback}
              onChange={(event) => change({ url: event.currentTarget.value })}
            />
            <TextInput
              label="Callback context"
              description="Goes along with what is told"
              disabled={!wanted.url}
              maxLength={256}
              value={wanted.context}
              onChange={(event) => change({ context: event.currentTarget.value })}
            />
            <Switch
              label="Make a token that reads the project's files"
              disabled={!wanted.url}
              checked={wanted.token}
              onChange={(event) => change({ token: event.currentTarget.checked })}
            />
            <Switch
              label="Keep it for debugging"
              description="Its log and its hidden folder stay after its end, until somebody deletes it"
              checked={wanted.debug}
              onChange={(event) => change({ debug: event.currentTarget.checked })}
            />
          </Stack>
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  )
}
