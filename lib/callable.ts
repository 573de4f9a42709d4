// Objects that can be called like functions: models and pipelines are used as `model(inputs)`, as in transformers.js.
// A class that extends `Callable` answers calls with its method `invoke`.

/** The call that an object of such a class answers to. */
export interface CallableObject<Args extends unknown[], Result> {
  /** The object is a function. */
  // biome-ignore lint/style/useShorthandFunctionType: a call signature can be documented
  (...args: Args): Result
}

/** The constructor hands back a function that has the prototype of the class under construction. */
function callable(): object {
  const object: { invoke(...args: unknown[]): unknown } = Object.setPrototypeOf(
    (...args: unknown[]) => object.invoke(...args),
    (new.target as unknown as { prototype: object }).prototype,
  )
  return object
}

export const Callable = callable as unknown as abstract new <Args extends unknown[], Result>() => CallableObject<
  Args,
  Result
>
