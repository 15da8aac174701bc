import { Table } from '@mantine/core'
import type { ReactNode } from 'react'

/** A table that scrolls sideways by itself where the window is too narrow for it; reached by the keyboard too. */
export function Wide({ minWidth, children }: { minWidth: number; children: ReactNode }) {
  return (
    <Table.ScrollContainer
      minWidth={minWidth}
      scrollAreaProps={{ offsetScrollbars: false, viewportProps: { tabIndex: 0 } }}
    >
      {children}
    </Table.ScrollContainer>
  )
}
