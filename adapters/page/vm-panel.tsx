import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { VmView } from '../../model/api/range-view.ts'
import { shownOf } from './lab-picture.tsx'
import { Since, State } from './marks.tsx'
import { Message } from './message.tsx'
import { hrefOf, rangeHref } from './route.ts'
import { byteWords } from './words.ts'

/** All that is known of one VM. */
export function VmPanel({ vm }: { readonly vm: VmView }): JSX.Element {
  const { observed } = vm
  const panel = useRef<HTMLElement>(null)
  useEffect(() => panel.current?.scrollIntoView({ block: 'nearest' }), [])
  return (
    <section ref={panel} class="vm-panel" aria-labelledby="vm-title">
      <div class="title">
        <h3 id="vm-title">{vm.name}</h3>
        <State shown={shownOf(vm)} />
        <p class="meta">
          <Since at={vm.since} />
        </p>
        <a class="close" href={rangeHref(vm.range)}>
          Close
        </a>
      </div>
      {vm.trouble !== undefined && (
        <div class="why bad">
          <Message text={vm.trouble} hasRemedy />
        </div>
      )}
      {vm.remark !== undefined && (
        <div class="why warn">
          <Message text={vm.remark} hasRemedy />
        </div>
      )}
      <dl>
        <Fact name="Node">
          {vm.node === undefined ? 'none' : <a href={hrefOf({ view: 'nodes', name: vm.node })}>{vm.node}</a>}
        </Fact>
        <Fact name="Why there">{vm.why === '' ? 'not told' : vm.why}</Fact>
        <Fact name="Address">{vm.address ?? 'none'}</Fact>
        <Fact name="VMID">{vm.vmid ?? 'none'}</Fact>
        {observed !== undefined && (
          <>
            <Fact name="In Proxmox">
              {observed.status}
              {observed.lock !== undefined && `, locked: ${observed.lock}`}
            </Fact>
            <Fact name="Cores">{observed.cores}</Fact>
            <Fact name="Memory">
              {byteWords(observed.memoryUsedBytes)} used of {byteWords(observed.memoryBytes)}
            </Fact>
            <Fact name="Tags">{observed.tags.length === 0 ? 'none' : observed.tags.join(', ')}</Fact>
          </>
        )}
      </dl>
    </section>
  )
}

const Fact = ({ name, children }: { readonly name: string; readonly children: ComponentChildren }): JSX.Element => (
  <div class="fact">
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
)
