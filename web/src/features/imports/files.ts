/** Files uploaded in this visit: read again with another sheet or encoding without being chosen again. */
const files = new Map<string, File>()

export const remember = (id: string, file: File) => files.set(id, file)
export const fileOf = (id: string) => files.get(id)
