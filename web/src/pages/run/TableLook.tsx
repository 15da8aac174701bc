import { Table } from '@mantine/core'
import classes from './FileList.module.css'

/** The beginning of a table, its first row as the names of the columns. */
export function TableLook({ path, rows }: { path: string; rows: readonly (readonly string[])[] }) {
  const [head = [], ...body] = rows
  return (
    <div className={classes.table} tabIndex={0} role="region" aria-label={`Beginning of ${path}`}>
      <Table withColumnBorders stickyHeader fz="xs" verticalSpacing={2} horizontalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            {head.map((cell, column) => (
              <Table.Th key={column}>{cell}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {body.map((row, at) => (
            <Table.Tr key={at}>
              {row.map((cell, column) => (
                <Table.Td key={column} className="tabular">
                  {cell}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}
