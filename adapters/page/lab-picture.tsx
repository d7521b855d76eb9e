import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { RangeView, VmView } from '../../model/api/range-view.ts'
import { BOX, type LabLayout, layoutLab, type Panel } from './lab-layout.ts'
import { MARK_PATHS } from './marks.tsx'
import { rangeHref } from './route.ts'
import { type Mark, PHASES } from './states.ts'
import { ownName } from './words.ts'

/** The lab, drawn from what is known of it: router, VLANs, each VM with its address and node, and what is being done to it. */
export function LabPicture({
  range,
  chosen,
}: {
  readonly range: RangeView
  readonly chosen: string | undefined
}): JSX.Element {
  const frame = useRef<HTMLDivElement>(null)
  const [paper, setPaper] = useState(960)
  useEffect(() => {
    const element = frame.current
    if (element === null) return undefined
    const watching = new ResizeObserver(([entry]) => {
      // On a wall the letters are larger, and so is everything in the picture.
      const scale = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 16
      if (entry !== undefined) setPaper(Math.floor(entry.contentRect.width / scale))
    })
    watching.observe(element)
    return () => watching.disconnect()
  }, [])
  const layout = layoutLab(range, paper)
  return (
    <div class="lab" ref={frame}>
      <svg
        viewBox={`0 0 ${layout.width} ${layout.height}`}
        role="group"
        aria-label={`Picture of range ${range.name}: its router, its VLANs and ${range.vms.length} VMs`}
      >
        <defs>
          <Clip name="vm-box" width={layout.panels[0]?.boxWidth ?? BOX.width} />
          <Clip name="router-box" width={layout.router.width} />
        </defs>
        <path class="wire" d={layout.wires} />
        <Router range={range} layout={layout} chosen={chosen} />
        {layout.panels.map((panel) => (
          <PanelPicture key={String(panel.vlan)} range={range} panel={panel} chosen={chosen} />
        ))}
      </svg>
    </div>
  )
}

function Router({
  range,
  layout: { router },
  chosen,
}: {
  readonly range: RangeView
  readonly layout: LabLayout
  readonly chosen: string | undefined
}): JSX.Element {
  const { vm, x, y, width, height } = router
  return (
    <>
      <g class="outside">
        <path class="wire" d={`M${x + 24} 24V${y}`} />
        <rect x={x} y={1} width={width} height={26} rx={13} />
        <text x={x + 16} y={18}>
          outside, through the NAT network
        </text>
      </g>
      {vm === undefined ? (
        <g class="outside">
          <rect x={x} y={y} width={width} height={height} rx={8} />
          <text x={x + 16} y={y + 38}>
            no router yet
          </text>
        </g>
      ) : (
        <VmPicture vm={vm} range={range} x={x} y={y} width={width} isChosen={vm.name === chosen} label="router" />
      )}
      {range.network !== undefined && (
        <text class="network" x={x + 18} y={y + height + 12}>
          {range.network}
        </text>
      )}
    </>
  )
}

function PanelPicture({
  range,
  panel,
  chosen,
}: {
  readonly range: RangeView
  readonly panel: Panel
  readonly chosen: string | undefined
}): JSX.Element {
  const { x, y, width, height, vlan, subnet, boxes } = panel
  return (
    <g class="vlan">
      <rect x={x} y={y} width={width} height={height} rx={10} />
      <text class="name" x={x + 12} y={y + 20}>
        {vlan === undefined ? 'no address known' : `VLAN ${vlan}`}
        {subnet !== undefined && (
          <tspan class="address" dx={10}>
            {subnet}
          </tspan>
        )}
      </text>
      {boxes.map(({ vm, x: left, y: top }) => (
        <VmPicture
          key={vm.name}
          vm={vm}
          range={range}
          x={left}
          y={top}
          width={panel.boxWidth}
          isChosen={vm.name === chosen}
        />
      ))}
    </g>
  )
}

interface VmPictureProps {
  readonly vm: VmView
  readonly range: RangeView
  readonly x: number
  readonly y: number
  readonly width: number
  readonly isChosen: boolean
  readonly label?: string
}

function VmPicture({ vm, range, x, y, width, isChosen, label }: VmPictureProps): JSX.Element {
  const { word, mark } = shownOf(vm)
  // Read aloud one after the other: the spaces keep them apart.
  const address = vm.address ?? 'no address'
  const doing = `${label === undefined ? '' : `${label}, `}${word}${placeWords(vm)}`
  return (
    <a
      href={isChosen ? rangeHref(range.name) : rangeHref(range.name, vm.name)}
      class={`vm ${mark}${isChosen ? ' chosen' : ''}`}
      aria-current={isChosen ? 'true' : undefined}
    >
      <rect class="box" x={x} y={y} width={width} height={BOX.height} rx={8} />
      {/* What is too long ends at the edge of the box. */}
      <g transform={`translate(${x} ${y})`} clip-path={`url(#${label === undefined ? 'vm' : 'router'}-box)`}>
        <g class={`symbol ${mark}`} transform="translate(9 9)">
          <rect width={20} height={20} rx={5} />
          <path d={MARK_PATHS[mark]} transform="translate(3 3) scale(.875)" />
        </g>
        <text class="name" x={36} y={24}>
          {ownName(vm.name, range.name)}{' '}
        </text>
        <text class="address" x={10} y={44}>
          {address}{' '}
        </text>
        <text class="doing" x={10} y={59}>
          {doing}
        </text>
      </g>
    </a>
  )
}

const Clip = ({ name, width }: { readonly name: string; readonly width: number }): JSX.Element => (
  <clipPath id={name}>
    <rect width={width - 6} height={BOX.height} />
  </clipPath>
)

/** Where it is, or will be. */
const placeWords = ({ node, phase }: VmView): string => {
  if (node === undefined) return ''
  return phase === 'absent' ? `, for ${node}` : ` on ${node}`
}

/** A VM that runs and has trouble is shown with the trouble. */
export function shownOf({ phase, trouble, remark }: VmView): { readonly word: string; readonly mark: Mark } {
  const { word, mark } = PHASES[phase]
  if (trouble !== undefined && mark !== 'bad') return { word: `${word}, trouble`, mark: 'bad' }
  if (remark !== undefined && mark === 'good') return { word: `${word}, remark`, mark: 'warn' }
  return { word, mark }
}
