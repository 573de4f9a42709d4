import pc from 'picocolors'
import { expect, test } from 'vitest'
import { cut, displayWidth, visible, wrap } from '../../../lib/cli/display-width.js'
import { bar, factLines, tableLines } from '../../../lib/cli/table.js'
import { wantsColor } from '../../../lib/cli/terminal.js'

const plain = pc.createColors(false)

test('columns are aligned by what they show, wide characters and marks included', () => {
  const lines = tableLines(
    [{ title: 'n', align: 'right' }, { title: 'word' }, { title: 'x' }],
    [
      ['1', '猫', 'a'],
      ['20', 'e\u0301te', 'b'],
    ],
    80,
    plain,
  )
  expect(lines).toEqual(['   n  word  x', '   1  猫    a', '  20  e\u0301te   b'])
})

test('the column that gives is cut to the width', () => {
  const lines = tableLines([{}, { gives: 'end' }], [['1', 'a long text that does not fit']], 24, plain)
  expect(lines).toEqual(['  1  a long text that d…'])
  expect(displayWidth(lines[0]!)).toBe(24)
})

test('text cannot drive the terminal', () => {
  expect(visible('a\u001b[31mb\n\u009bc')).toBe('a␛[31mb␊�c')
})

test('cut, wrap, bars and facts', () => {
  expect(cut('猫猫猫', 4)).toBe('猫…')
  expect(cut('abc', 3)).toBe('abc')
  expect(wrap('one two three', 8)).toEqual(['one two', 'three'])
  expect([bar(0, 4), bar(0.5, 4), bar(1 / 32, 4), bar(2, 4)]).toEqual(['', '██', '▏', '████'])
  expect(
    factLines(
      [
        ['a', '1'],
        ['long', 'two three four five six'],
      ],
      24,
      plain,
    ),
  ).toEqual(['  a     1', '  long  two three four five', '        six'])
})

test('colour rules: NO_COLOR and --no-color win, then FORCE_COLOR, then the terminal', () => {
  expect(wantsColor({}, true, true)).toBe(true)
  expect(wantsColor({}, false, true)).toBe(false)
  expect(wantsColor({ CI: 'true' }, false, true)).toBe(false)
  expect(wantsColor({ TERM: 'dumb' }, true, true)).toBe(false)
  expect(wantsColor({ NO_COLOR: '1', FORCE_COLOR: '1' }, true, true)).toBe(false)
  expect(wantsColor({ NO_COLOR: '' }, true, true)).toBe(true)
  expect(wantsColor({ FORCE_COLOR: '1', TERM: 'dumb' }, false, true)).toBe(true)
  expect(wantsColor({ FORCE_COLOR: '0' }, true, true)).toBe(false)
  expect(wantsColor({ FORCE_COLOR: '1' }, true, false)).toBe(false)
})
