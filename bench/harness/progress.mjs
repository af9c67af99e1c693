/** How far a run is: the share of its measurements that is done, and about how long the rest takes at the pace so far. */

/** Measurements of one second, of which the first estimate is made. */
const OVERHEAD = 0.3

export class Progress {
  #begin = Date.now()
  #done = 0
  #total
  #pace
  #say
  #deadline

  /**
   * @param {{ total: number, seconds: number, deadline?: number, say: (line: string) => void }} run
   *   `total` counts measurements, `seconds` is what one takes, `deadline` when the last round must be over
   */
  constructor({ total, seconds, deadline = Number.POSITIVE_INFINITY, say }) {
    this.#total = total
    this.#pace = (seconds + OVERHEAD) * 1000
    this.#deadline = deadline
    this.#say = say
  }

  /** Says what begins now. */
  tell(what) {
    const share = Math.min(99, Math.floor((100 * this.#done) / this.#total))
    this.#say(`[${String(share).padStart(2)} %, ${this.#left()}] ${what}`)
  }

  /** So many measurements are over. */
  add(count) {
    this.#done += count
    this.#pace = (Date.now() - this.#begin) / this.#done
  }

  #left() {
    const ms = Math.min((this.#total - this.#done) * this.#pace, this.#deadline - Date.now())
    return ms < 90_000
      ? `about ${Math.max(0, Math.round(ms / 1000))} s left`
      : `about ${Math.round(ms / 60_000)} min left`
  }
}
