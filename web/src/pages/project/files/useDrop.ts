import { useState, type DragEvent } from 'react'
import { droppedFiles, type Chosen } from '@/sending/choice'
import { folderOf } from './address'

export const PATH = 'application/x-fieldstation-path'

interface Drop {
  /** Where what is dropped goes. */
  folder: string
  enabled: boolean
  send: (chosen: readonly Chosen[], into: string) => void
  move: (path: string, folder: string) => void
}

/** Takes files of the computer, and entries of the project that are dragged onto a folder. */
export function useDrop({ folder, enabled, send, move }: Drop) {
  const [over, setOver] = useState(false)
  const takes = (event: DragEvent) => {
    const { types } = event.dataTransfer
    return enabled && (types.includes('Files') || types.includes(PATH))
  }
  const handlers = {
    onDragOver: (event: DragEvent) => {
      if (!takes(event)) return
      event.preventDefault()
      event.stopPropagation()
      setOver(true)
    },
    onDragLeave: () => setOver(false),
    onDrop: (event: DragEvent) => {
      setOver(false)
      if (!takes(event)) return
      event.preventDefault()
      event.stopPropagation()
      const path = event.dataTransfer.getData(PATH)
      if (!path) void droppedFiles(event.dataTransfer.items).then((chosen) => send(chosen, folder))
      else if (movable(path, folder)) move(path, folder)
    },
  }
  return { over, handlers }
}

/** Whether an entry can be moved into a folder and would be elsewhere then. */
export function movable(path: string, folder: string): boolean {
  return folderOf(path) !== folder && path !== folder && !folder.startsWith(`${path}/`)
}
