/** Words is the shape of a language's words: the same keys as another's. */
export type Words<T> = { [K in keyof T]: T[K] extends string ? string : Words<T[K]> }
