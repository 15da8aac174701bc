import { Code, CopyButton, ActionIcon, Group, Text, Tooltip } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { Run } from '@/api/client'
import { size } from '@/format/number'
import { shortImage } from '@/show/image'
import { Section } from '@/show/Page'
import { Prose } from '@/show/Prose'
import { Time } from '@/show/Time'
import { sentence } from '@/show/words'
import { explainQuery } from './queries'
import classes from './Details.module.css'

/** With what a run was made, and the rest that is known of it. */
export function Details({ run }: { run: Run }) {
  const explained = useQuery(explainQuery(run.id))
  const parameters = Object.entries(run.parameters)
  return (
    <Section title="Details">
      <dl className={classes.list}>
        {parameters.map(([name, value]) => (
          <Fact key={name} name={name}>
            <Code className="break">{typeof value === 'string' ? value : JSON.stringify(value)}</Code>
          </Fact>
        ))}
        <Fact name="Resources">{resources(run.resources)}</Fact>
        <Fact name="Priority">{run.priority}</Fact>
        {run.tag && <Fact name="Tag">{run.tag}</Fact>}
        <Fact name="Submitted">
          <Time at={run.created_at} full />
        </Fact>
        {run.started_at && (
          <Fact name="Started">
            <Time at={run.started_at} full />
          </Fact>
        )}
        {run.ended_at && (
          <Fact name="Ended">
            <Time at={run.ended_at} full />
          </Fact>
        )}
        {explained.data && (
          <Fact name="Reuse">
            <Prose text={sentence(explained.data.reuse.text)} />
          </Fact>
        )}
        {run.image && (
          <Fact name="Image">
            <Copyable value={run.image} shown={shortImage(run.image)} what="digest of the image" />
          </Fact>
        )}
        <Fact name="Revision">
          <Copyable
            value={run.tool.revision}
            shown={`${run.tool.revision.slice(0, 16)}…`}
            what="revision of the tool"
          />
        </Fact>
        <Fact name="Run id">
          <Copyable value={run.id} shown={run.id} what="id of the run" />
        </Fact>
      </dl>
    </Section>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <Text component="dt" c="dimmed" className="break">
        {name}
      </Text>
      <Text component="dd" m={0} className="break">
        {children}
      </Text>
    </>
  )
}

function Copyable({ value, shown, what }: { value: string; shown: string; what: string }) {
  return (
    <Group gap={4} wrap="nowrap" component="span">
      <span className="mono break">{shown}</span>
      <CopyButton value={value}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? 'Copied' : 'Copy'}>
            <ActionIcon variant="subtle" size="sm" onClick={copy} aria-label={`Copy the ${what}`}>
              {copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </Group>
  )
}

/** What a run may use, in words. */
export function resources(given: Record<string, unknown>): string {
  const { cpu, memory_bytes: memory, disk_bytes: disk, pids } = given
  return [
    typeof cpu === 'number' && (cpu === 1 ? '1 core' : `${cpu} cores`),
    typeof memory === 'number' && `${size(memory)} of memory`,
    typeof disk === 'number' && `${size(disk)} of disk`,
    typeof pids === 'number' && `${pids} processes`,
  ]
    .filter(Boolean)
    .join(', ')
}
