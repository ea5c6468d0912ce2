import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ApiProblem } from '@/api/problem'
import { useMay, useSession } from '@/api/session'
import { useTexts } from '@/locales/i18n'
import { Button, IconButton } from '@/ui/Button'
import { Empty, Loading } from '@/ui/Empty'
import { SearchInput } from '@/ui/Inputs'
import { Menu } from '@/ui/Menu'
import { ProblemNote } from '@/ui/ProblemNote'
import { SidePanel } from '@/ui/SidePanel'
import { Pill, Top } from '@/ui/Top'
import { toast } from '@/ui/toasts'
import { changePerson, makeSignInLink, type Person, peopleQuery } from './api'
import { LeavePanel } from './LeavePanel'
import { found } from './model'
import { PersonFields } from './PersonFields'
import { SignInLink } from './SignInLink'
import './texts'
import './admin.css'

/** Who can sign in, with which roles. */
export default function PeoplePage() {
  const { t } = useTexts('admin')
  const may = useMay('administrator')
  const people = useQuery({ ...peopleQuery, enabled: may })
  const [words, setWords] = useState('')
  const [open, setOpen] = useState<Person | 'new' | null>(null)
  const [handed, setHanded] = useState<Person | null>(null)
  const linking = useMutation({ mutationFn: (person: Person) => makeSignInLink(person.id) })
  const shown = found(people.data ?? [], words)
  if (!may) {
    return (
      <>
        <Top title={t('people.title')} />
        <Empty icon="users" title={t('people.notYours')} />
      </>
    )
  }
  const show = (next: Person | 'new' | null) => {
    setHanded(null)
    setOpen(next)
  }
  const hand = (person: Person) => {
    setOpen(null)
    setHanded(person)
    linking.mutate(person)
  }
  return (
    <>
      <Top title={t('people.title')}>
        <Button tone="primary" icon="plus" onClick={() => show('new')}>
          {t('people.add')}
        </Button>
      </Top>
      <div className="page">
        <div className="page-narrow stack">
          <SearchInput label={t('people.search')} value={words} onChange={setWords} />
          {people.error && <ProblemNote error={people.error} onRetry={() => void people.refetch()} />}
          {!people.data && !people.error && <Loading />}
          {people.data && shown.length === 0 && <Empty icon="users" title={t('people.none')} />}
          {shown.length > 0 && (
            <ul className="card people" aria-label={t('people.title')}>
              {shown.map((person) => (
                <PersonLine key={person.id} person={person} onOpen={() => show(person)} onHand={() => hand(person)} />
              ))}
            </ul>
          )}
        </div>
      </div>
      {open && (
        <SidePanel title={open === 'new' ? t('people.add') : open.name} onClose={() => show(null)}>
          <PersonFields
            key={open === 'new' ? '' : open.id}
            person={open === 'new' ? null : open}
            onDone={(waiting) => (waiting ? hand(waiting) : show(null))}
          />
        </SidePanel>
      )}
      {handed && (
        <SidePanel key={handed.id} title={t('link.title', { name: handed.name })} onClose={() => show(null)}>
          <SignInLink person={handed} link={linking.data} error={linking.error} onDone={() => show(null)} />
        </SidePanel>
      )}
    </>
  )
}

function PersonLine({ person, onOpen, onHand }: { person: Person; onOpen: () => void; onHand: () => void }) {
  const { t } = useTexts('admin')
  const own = useSession()?.user.id === person.id
  const switching = useSwitching()
  const [leaving, setLeaving] = useState(false)
  return (
    <li className={person.active ? 'person' : 'person off'}>
      <span className="avatar" aria-hidden="true">
        {person.name.slice(0, 1)}
      </span>
      <p className="grow">
        <b>{person.name}</b>
        <br />
        <span className="mut">{person.email}</span>
      </p>
      <span className="person-roles">
        {!person.active && <Pill tone="amber">{t('people.inactive')}</Pill>}
        {person.roles.map((role) => (
          <Pill key={role} tone={role === 'administrator' ? 'green' : 'slate'}>
            {t(`app:roles.${role}`)}
          </Pill>
        ))}
      </span>
      <IconButton icon="edit" label={t('people.edit', { name: person.name })} onClick={onOpen} />
      <Menu
        items={[
          { key: 'link', icon: 'link', label: t('link.make'), disabled: !person.active, onPick: onHand },
          {
            key: 'active',
            icon: person.active ? 'pause' : 'play',
            label: person.active ? t('people.deactivate') : t('people.activate'),
            disabled: own,
            onPick: () => (person.active ? setLeaving(true) : switching.mutate({ person, active: true })),
          },
        ]}
      >
        <IconButton icon="more" label={t('people.menu', { name: person.name })} />
      </Menu>
      {leaving && (
        <LeavePanel
          person={person}
          busy={switching.isPending}
          error={switching.error}
          onSure={() => switching.mutate({ person, active: false }, { onSuccess: () => setLeaving(false) })}
          onClose={() => setLeaving(false)}
        />
      )}
    </li>
  )
}

/** Lets a person sign in or not; the way back is one press. */
function useSwitching() {
  const { t } = useTexts('admin')
  const client = useQueryClient()
  const switching = useMutation({
    mutationFn: ({ person, active }: { person: Person; active: boolean }) => changePerson(person.id, { active }),
    onSuccess: async (_, { person, active }) => {
      await client.invalidateQueries({ queryKey: peopleQuery.queryKey })
      toast({
        text: t(active ? 'people.activated' : 'people.deactivated', { name: person.name }),
        action: { label: t('app:undo'), run: () => switching.mutate({ person, active: !active }) },
      })
    },
    onError: (error) =>
      toast({ tone: 'bad', text: error instanceof ApiProblem ? error.general.join(' ') : t('app:failed') }),
  })
  return switching
}
