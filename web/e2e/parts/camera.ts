import { freePort, type Program, start } from './program'

/** Camera is an avhub camera on a port of its own, that can be killed and started again. */
export class Camera {
  private program: Program | null = null

  private constructor(
    private readonly port: number,
    private readonly args: string[],
    private readonly within: string[],
  ) {}

  /** make plays clips such as yard=demo:court-1. */
  static async make(...args: string[]): Promise<Camera> {
    return Camera.makeAt([], ...args)
  }

  /** makeAt plays them on another machine. */
  static async makeAt(within: string[], ...args: string[]): Promise<Camera> {
    const camera = new Camera(await freePort(), args, within)
    await camera.start()
    return camera
  }

  url(name: string): string {
    return `rtsp://127.0.0.1:${this.port}/${name}`
  }

  async start() {
    this.program = await start(['camera', '--listen', `127.0.0.1:${this.port}`, ...this.args], /rtsp:\/\//, {}, this.within)
  }

  async kill() {
    await this.program!.stop('SIGKILL')
  }
}
