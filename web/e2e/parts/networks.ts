// Two machines on a cable: network namespaces of their own, which nothing else
// reaches and which reach nothing else. Needs root, by sudo if need be.
import { execFileSync } from 'node:child_process'

const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n', '--preserve-env=HOME']

function run(...command: string[]) {
  const [program, ...rest] = [...asRoot, ...command]
  execFileSync(program!, rest, { stdio: ['ignore', 'ignore', 'inherit'] })
}

const ip = (...args: string[]) => run('ip', ...args)

let made = 0

/** Machine is one of the two. */
export interface Machine {
  address: string
  /** What goes before a command so that it runs there. */
  within: string[]
}

/** Networks are a machine for the hub and one for whoever uses it. */
export class Networks {
  private constructor(
    readonly hub: Machine,
    readonly user: Machine,
    private readonly names: string[],
  ) {}

  static make(): Networks {
    const tail = `${process.pid}-${made++}`
    const names = [`avhub-${tail}`, `avuser-${tail}`]
    const ends = [`vh${tail}`, `vu${tail}`]
    for (const n of names) ip('netns', 'add', n)
    ip('link', 'add', ends[0]!, 'netns', names[0]!, 'type', 'veth', 'peer', 'name', ends[1]!, 'netns', names[1]!)
    const machines = names.map((name, i) => {
      const address = `10.77.0.${i + 1}`
      ip('-n', name, 'link', 'set', 'lo', 'up')
      ip('-n', name, 'addr', 'add', `${address}/24`, 'dev', ends[i]!)
      // Without an IPv6 address, which would be there a second or two later: for Chromium
      // that is another network, and it gives up what it is loading.
      ip('-n', name, 'link', 'set', ends[i]!, 'addrgenmode', 'none')
      // Packets that the kernel cuts are cut before the cable, as by a network card.
      ip('-n', name, 'link', 'set', ends[i]!, 'gso_max_segs', '1')
      ip('-n', name, 'link', 'set', ends[i]!, 'up')
      ip('-n', name, 'route', 'add', 'default', 'dev', ends[i]!)
      return { address, within: [...asRoot, 'ip', 'netns', 'exec', name] }
    })
    return new Networks(machines[0]!, machines[1]!, names)
  }

  /**
   * lose lets so many of 100 packets of pictures and sound be lost on their way to the
   * user: where they arrive, because who sends is told of what its own machine drops,
   * and one by one, because a picture would else be one packet there, cut later.
   */
  lose(share: number) {
    const user = [...this.user.within.slice(asRoot.length), 'nft']
    run(...user, 'flush', 'ruleset')
    run(...user, 'add', 'table', 'ip', 'loss')
    run(...user, 'add', 'chain', 'ip', 'loss', 'in', '{ type filter hook input priority 0; }')
    run(...user, 'add', 'rule', 'ip', 'loss', 'in', 'iifname', '!=', 'lo', 'udp', 'length', '>', '300', 'numgen', 'random', 'mod', '100', '<', String(share), 'drop')
  }

  /** letIn keeps all from the hub but what comes to the given ports, as strict firewalls do. */
  letIn(open: { tcp: number[]; udp?: number[] }) {
    const hub = [...this.hub.within.slice(asRoot.length), 'nft']
    run(...hub, 'flush', 'ruleset')
    run(...hub, 'add', 'table', 'inet', 'narrow')
    run(...hub, 'add', 'chain', 'inet', 'narrow', 'in', '{ type filter hook input priority 0; policy drop; }')
    run(...hub, 'add', 'rule', 'inet', 'narrow', 'in', 'iif', 'lo', 'accept')
    for (const [protocol, ports] of Object.entries(open)) {
      run(...hub, 'add', 'rule', 'inet', 'narrow', 'in', protocol, 'dport', `{ ${ports.join(', ')} }`, 'accept')
    }
  }

  /** letAllIn takes the firewall away. */
  letAllIn() {
    run(...this.hub.within.slice(asRoot.length), 'nft', 'flush', 'ruleset')
  }

  end() {
    for (const n of this.names) ip('netns', 'delete', n)
  }
}
