import { ActionIcon, Box, CopyButton, SegmentedControl, Stack, Tooltip } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Citation } from '@/api/client'
import { Loading, Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { citationQuery } from './queries'
import classes from './Dataset.module.css'

const FORMS = ['Text', 'BibTeX', 'CSL-JSON'] as const
type Form = (typeof FORMS)[number]

/** How a version is cited, to be copied. */
export function Cite({ dataset, number }: { dataset: string; number: number }) {
  const found = useQuery(citationQuery(dataset, number))
  const [form, setForm] = useState<Form>('Text')
  return (
    <Section
      title="Citation"
      aside={
        <SegmentedControl
          size="xs"
          aria-label="Form of the citation"
          data={[...FORMS]}
          value={form}
          onChange={(chosen) => setForm(chosen)}
        />
      }
    >
      {found.error && <ProblemNote error={found.error} retry={() => void found.refetch()} />}
      {found.isPending && <Loading rows={2} />}
      {found.data && <Cited text={written(found.data, form)} form={form} />}
    </Section>
  )
}

function Cited({ text, form }: { text: string; form: Form }) {
  return (
    <Stack gap="xs">
      <Box pos="relative">
        {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls is reachable by keyboard */}
        <pre className={`${classes.text} ${classes.cited}`} tabIndex={0} aria-label={`Citation as ${form}`}>
          {text}
        </pre>
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Tooltip label={copied ? 'Copied' : 'Copy'}>
              <ActionIcon
                variant="default"
                pos="absolute"
                top={8}
                right={8}
                onClick={copy}
                aria-label={copied ? 'Citation copied' : 'Copy the citation'}
              >
                {copied ? <IconCheck size={15} aria-hidden /> : <IconCopy size={15} aria-hidden />}
              </ActionIcon>
            </Tooltip>
          )}
        </CopyButton>
      </Box>
    </Stack>
  )
}

function written(citation: Citation, form: Form): string {
  if (form === 'Text') return citation.text
  return form === 'BibTeX' ? citation.bibtex.trimEnd() : JSON.stringify(citation.csl, null, 2)
}
