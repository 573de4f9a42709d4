// What the compiler knows about models and tensors. Nothing runs: `tsc` is the judge, vitest only keeps the list.
import { expectTypeOf, it } from 'vitest'
import {
  AlbertForMaskedLM,
  type AlbertForSequenceClassification,
  type AlbertModel,
  AutoModel,
  type AutoModelForMaskedLM,
  type FloatTensor,
  type QuestionAnswer,
  type QuestionAnsweringOptions,
  type QuestionAnsweringPipeline,
  Tensor,
  type TextClassificationLabel,
  type TextClassificationOptions,
  type TextClassificationPipeline,
} from '../../lib/index.js'

it('models are callable objects of their class', () => {
  expectTypeOf(() => AlbertForMaskedLM.from_pretrained()).returns.resolves.toEqualTypeOf<AlbertForMaskedLM>()
  expectTypeOf(() => AutoModel.from_config({})).returns.resolves.toEqualTypeOf<AlbertModel>()
  expectTypeOf<AutoModelForMaskedLM>().toEqualTypeOf<AlbertForMaskedLM>()
  expectTypeOf<AlbertForMaskedLM>().toBeCallableWith({ input_ids: [[1]] }, { output_attentions: true })
  expectTypeOf<AlbertForMaskedLM>().toBeCallableWith({ input_ids: new Tensor('int64', BigInt64Array.of(1n), [1, 1]) })
  expectTypeOf<AlbertForMaskedLM>().parameter(0).not.toEqualTypeOf<unknown>()
})

it('answers have the fields of their head', () => {
  type Labels = Awaited<ReturnType<AlbertForSequenceClassification>>
  expectTypeOf<Labels>().toHaveProperty('logits').toEqualTypeOf<FloatTensor>()
  expectTypeOf<Labels>().toHaveProperty('loss').toEqualTypeOf<FloatTensor | undefined>()
  expectTypeOf<Labels>().not.toHaveProperty('pooler_output')
  expectTypeOf<Awaited<ReturnType<AlbertModel>>>().toHaveProperty('pooler_output')
})

it('the data of a tensor follow its type', () => {
  expectTypeOf<FloatTensor['data'][number]>().toEqualTypeOf<number>()
  expectTypeOf<Tensor<'int64'>['data']>().toEqualTypeOf<BigInt64Array>()
})

it('options of which only the type is known answer either', () => {
  const calls = (qa: QuestionAnsweringPipeline, classify: TextClassificationPipeline) => ({
    answer: (options: QuestionAnsweringOptions) => qa('Who?', 'She.', options),
    answers: (options: QuestionAnsweringOptions) => qa(['Who?'], ['She.'], options),
    asked: (options: QuestionAnsweringOptions) => qa({ question: 'Who?', context: 'She.' }, options),
    list: (options: QuestionAnsweringOptions) => qa([{ question: 'Who?', context: 'She.' }], options),
    labels: (options: TextClassificationOptions) => classify(['A film.'], options),
  })
  type Calls = ReturnType<typeof calls>
  type Answer = QuestionAnswer | QuestionAnswer[]
  type Answers = QuestionAnswer[] | QuestionAnswer[][]
  expectTypeOf<Calls['answer']>().returns.resolves.toEqualTypeOf<Answer>()
  expectTypeOf<Calls['answers']>().returns.resolves.toEqualTypeOf<Answers>()
  expectTypeOf<Calls['asked']>().returns.resolves.toEqualTypeOf<Answer>()
  expectTypeOf<Calls['list']>().returns.resolves.toEqualTypeOf<Answers>()
  type Labels = TextClassificationLabel[] | TextClassificationLabel[][]
  expectTypeOf<Calls['labels']>().returns.resolves.toEqualTypeOf<Labels>()
})

it('mistakes do not compile', () => {
  const mistakes = (model: AlbertForMaskedLM) => [
    // @ts-expect-error a text is no ids
    () => model({ input_ids: 'hello' }),
    // @ts-expect-error no such option
    () => model({ input_ids: [[1]] }, { output_hidden_state: true }),
    // @ts-expect-error no such dtype
    () => AlbertForMaskedLM.from_pretrained('x', { dtype: 'int7' }),
    // @ts-expect-error the data of a float32 tensor
    () => new Tensor('float32', Int32Array.of(1), [1]),
  ]
  expectTypeOf(mistakes).toBeFunction()
})
