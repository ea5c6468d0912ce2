import { useQuery } from '@tanstack/react-query'
import { fileAddress } from '@/api/records'

/** The name in a `Content-Disposition` header; null when there is none. */
export function nameIn(header: string | null): string | null {
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(header ?? '')?.[1]
  if (encoded) return decodeURIComponent(encoded)
  return /filename="?([^";]+)"?/i.exec(header ?? '')?.[1] ?? null
}

/** The name of a stored file, from the head of its download; undefined until it is known. */
export function useFileName(id: string, known: string | undefined): string | undefined {
  const { data } = useQuery({
    queryKey: ['file-name', id],
    enabled: !known,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
    queryFn: async ({ signal }) => {
      const head = await fetch(fileAddress(id), { method: 'HEAD', signal, credentials: 'same-origin' })
      return head.ok ? nameIn(head.headers.get('Content-Disposition')) : null
    },
  })
  return known ?? data ?? undefined
}
