import { Text } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Molecule } from '@/api/client'
import { drawing } from './queries'
import classes from './Molecule.module.css'

const SHOWN = 5

/** A molecule in a list: drawn, with its name, how it is written, and what its file says of it. */
export function MoleculeRow({ molecule, part, aside }: { molecule: Molecule; part?: string; aside?: ReactNode }) {
  const name = molecule.name || `Record ${String(molecule.index + 1)}`
  const properties = Object.entries(molecule.properties)
  return (
    <div className={classes.row}>
      <Drawing molecule={molecule} name={name} {...(part ? { part } : {})} />
      <div>
        <Text fw={600} className="break">
          {name}
        </Text>
        {molecule.smiles && (
          <Text size="sm" className="mono break" lineClamp={2}>
            {molecule.smiles}
          </Text>
        )}
        {molecule.inchikey && (
          <Text size="sm" c="dimmed" className="mono break">
            {molecule.inchikey}
          </Text>
        )}
        <Text size="sm" c="dimmed" component="div">
          {aside ?? `${molecule.path}, line ${String(molecule.line)}`}
        </Text>
      </div>
      {properties.length > 0 && (
        <dl className={classes.properties}>
          {properties.slice(0, SHOWN).map(([title, value]) => (
            <Property key={title} title={title} value={value} />
          ))}
          {properties.length > SHOWN && <Property title="…" value={`${String(properties.length - SHOWN)} more`} />}
        </dl>
      )}
    </div>
  )
}

function Property({ title, value }: { title: string; value: string }) {
  return (
    <>
      <Text component="dt" size="sm" c="dimmed" className="break">
        {title}
      </Text>
      <Text component="dd" size="sm" className="break" lineClamp={1}>
        {value}
      </Text>
    </>
  )
}

function Drawing({ molecule, name, part }: { molecule: Molecule; name: string; part?: string }) {
  if (!molecule.smiles)
    return (
      <div className={`${classes.drawing ?? ''} ${classes.none ?? ''}`}>
        <Text size="sm" lineClamp={4}>
          Not read: {molecule.fault}
        </Text>
      </div>
    )
  const source = drawing(molecule.smiles, part)
  return <img className={classes.drawing} src={source} alt={`Structure of ${name}`} loading="lazy" />
}
