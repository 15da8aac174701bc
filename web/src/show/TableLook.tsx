import { Table } from '@mantine/core'

/** The beginning of a table, its first row as the names of the columns. */
export function TableLook({
  label,
  rows,
  className,
}: {
  label: string
  rows: readonly (readonly string[])[]
  className: string | undefined
}) {
  const [head = [], ...body] = rows
  return (
    <div className={className} tabIndex={0} role="region" aria-label={label}>
      <Table striped withColumnBorders stickyHeader fz="xs" verticalSpacing={2} horizontalSpacing="xs">
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
