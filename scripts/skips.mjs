/** What a skipped test says that says nothing. */
export const NO_REASON = 'no reason given'

/** Whether a skip fails where everything should be there: its program is missing, or it does not say what is. */
export const isUnmet = ({ why }) => why.startsWith('missing program') || why === NO_REASON
