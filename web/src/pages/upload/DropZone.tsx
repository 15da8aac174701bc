import { Button, FileButton, Group, Text } from '@mantine/core'
import { IconFilePlus, IconFolderPlus } from '@tabler/icons-react'
import { useRef, useState, type DragEvent } from 'react'
import { chosenFiles, droppedFiles, type Chosen } from '@/sending/choice'
import classes from './Upload.module.css'

/** Where files and folders are dropped or chosen. */
export function DropZone({ choose }: { choose: (more: Chosen[]) => void }) {
  const [over, setOver] = useState(false)
  const folder = useRef<HTMLInputElement>(null)
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    void droppedFiles(event.dataTransfer.items).then(choose)
  }
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- dropping is one way more, not the only
    <div
      role="group"
      aria-label="Files to send, dropped or chosen"
      className={over ? `${classes.zone} ${classes.over}` : classes.zone}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <Text fw={600}>Drop files or folders here</Text>
      <Group justify="center" gap="xs">
        <FileButton
          multiple
          onChange={(files) => choose(chosenFiles(files))}
          inputProps={{ 'aria-label': 'Choose files to send' }}
        >
          {(props) => (
            <Button {...props} variant="default" leftSection={<IconFilePlus size={16} aria-hidden />}>
              Choose files
            </Button>
          )}
        </FileButton>
        <input
          ref={folder}
          type="file"
          hidden
          aria-label="Folder to send"
          {...{ webkitdirectory: '' }}
          onChange={(event) => choose(chosenFiles(event.currentTarget.files ?? []))}
        />
        <Button
          variant="default"
          leftSection={<IconFolderPlus size={16} aria-hidden />}
          onClick={() => folder.current?.click()}
        >
          Choose a folder
        </Button>
      </Group>
    </div>
  )
}
