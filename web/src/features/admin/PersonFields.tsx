import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ApiProblem } from '@/api/problem'
import { sessionQuery } from '@/api/session'
import type { LanguageCode } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import { Checkbox, Labelled, Segmented, TextInput } from '@/ui/Inputs'
import { ProblemNote } from '@/ui/ProblemNote'
import { toast } from '@/ui/toasts'
import { addPerson, changePerson, type Person, peopleQuery, ROLES } from './api'
import { changesOf, formOf, type PersonForm, withRole } from './model'

const PLACED = ['name', 'email', 'password', 'roles']

/** Adds a person, or changes one; `onDone` gets the person who needs a link to sign in, having no password. */
export function PersonFields({ person, onDone }: { person: Person | null; onDone: (waiting: Person | null) => void }) {
  const { t, language } = useTexts('admin')
  const client = useQueryClient()
  const [form, setForm] = useState(() => formOf(person, language))
  const set = (part: Partial<PersonForm>) => setForm((now) => ({ ...now, ...part }))
  const changes = changesOf(person, form)
  const saving = useMutation({
    mutationFn: () => (person ? changePerson(person.id, changes) : addPerson(changes)),
    onSuccess: async (saved) => {
      await client.invalidateQueries({ queryKey: peopleQuery.queryKey })
      await client.invalidateQueries({ queryKey: sessionQuery.queryKey })
      toast({ text: t('people.saved', { name: saved.name }) })
      onDone(!person && !form.password ? saved : null)
    },
  })
  const errors = (field: string) => (saving.error instanceof ApiProblem ? saving.error.of(field) : [])
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        saving.mutate()
      }}
    >
      <Labelled label={t('people.name')} required errors={errors('name')}>
        {(ids) => <TextInput {...ids} required maxLength={200} value={form.name} onChange={(name) => set({ name })} />}
      </Labelled>
      <Labelled label={t('app:signIn.email')} required errors={errors('email')}>
        {(ids) => <TextInput {...ids} type="email" required value={form.email} onChange={(email) => set({ email })} />}
      </Labelled>
      <fieldset className="roles">
        <legend>{t('people.roles')}</legend>
        {ROLES.map((role) => (
          <Checkbox
            key={role}
            checked={form.roles.includes(role)}
            onChange={(held) => set({ roles: withRole(form.roles, role, held) })}
          >
            <b>{t(`app:roles.${role}`)}</b>
            <span className="hint">{t(`people.may.${role}`)}</span>
          </Checkbox>
        ))}
        {form.roles.length === 0 && <p className="hint">{t('people.oneRole')}</p>}
      </fieldset>
      <div className="labelled">
        <span className="label">{t('app:language')}</span>
        <Segmented<LanguageCode>
          label={t('app:language')}
          value={form.language}
          onChange={(next) => set({ language: next })}
          options={[
            { value: 'zh', label: '中文' },
            { value: 'en', label: 'English' },
          ]}
        />
      </div>
      <Labelled
        label={person ? t('people.newPassword') : t('app:signIn.password')}
        hint={person ? t('people.passwordStays') : t('people.passwordLater')}
        errors={errors('password')}
      >
        {(ids) => (
          <TextInput
            {...ids}
            type="password"
            autoComplete="new-password"
            value={form.password}
            onChange={(password) => set({ password })}
          />
        )}
      </Labelled>
      {saving.error && <ProblemNote error={saving.error} placed={PLACED} />}
      <div className="line">
        <Button
          tone="primary"
          type="submit"
          busy={saving.isPending}
          disabled={!form.roles.length || !Object.keys(changes).length}
        >
          {person ? t('app:save') : t('people.add')}
        </Button>
        <Button onClick={() => onDone(null)}>{t('app:cancel')}</Button>
      </div>
    </form>
  )
}
