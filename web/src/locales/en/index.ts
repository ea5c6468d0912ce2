const files = import.meta.glob<{ default: Record<string, unknown> }>('./*.json', { eager: true })

/** Every namespace of this language: the file's name is the namespace. */
const texts: Record<string, Record<string, unknown>> = Object.fromEntries(
  Object.entries(files).map(([path, file]) => [path.slice(2, -5), file.default]),
)

export default texts
