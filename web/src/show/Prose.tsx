import { Code } from '@mantine/core'

/** A text of the station, with what stands between backticks shown as something to type. */
export function Prose({ text }: { text: string }) {
  return text.split('`').map((part, index) =>
    index % 2 === 1 ? (
      <Code key={index} className="break">
        {part}
      </Code>
    ) : (
      part
    ),
  )
}
