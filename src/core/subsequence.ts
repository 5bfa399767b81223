/** Above this number of comparisons a common subsequence is only guessed at. */
const comparisonBudget = 250_000;

/** Positions of elements that two lists have in common, in order and as many as possible. */
export function commonSubsequence(left: readonly string[], right: readonly string[]): [number, number][] {
  const pairs: [number, number][] = [];
  let start = 0;
  while (start < left.length && start < right.length && left[start] === right[start]) {
    pairs.push([start, start]);
    start++;
  }
  let leftEnd = left.length;
  let rightEnd = right.length;
  while (leftEnd > start && rightEnd > start && left[leftEnd - 1] === right[rightEnd - 1]) {
    leftEnd--;
    rightEnd--;
  }
  const between = { left, right, start, leftEnd, rightEnd };
  const isSmall = (leftEnd - start) * (rightEnd - start) <= comparisonBudget;
  for (const pair of isSmall ? longest(between) : greedy(between)) pairs.push(pair);
  for (let i = leftEnd; i < left.length; i++) pairs.push([i, i - leftEnd + rightEnd]);
  return pairs;
}

interface Between {
  left: readonly string[];
  right: readonly string[];
  start: number;
  leftEnd: number;
  rightEnd: number;
}

function longest({ left, right, start, leftEnd, rightEnd }: Between): [number, number][] {
  const rows = leftEnd - start;
  const columns = rightEnd - start;
  const width = columns + 1;
  const lengths = new Uint32Array((rows + 1) * width);
  for (let i = rows - 1; i >= 0; i--) {
    for (let j = columns - 1; j >= 0; j--) {
      lengths[i * width + j] =
        left[start + i] === right[start + j]
          ? lengths[(i + 1) * width + j + 1]! + 1
          : Math.max(lengths[(i + 1) * width + j]!, lengths[i * width + j + 1]!);
    }
  }
  const pairs: [number, number][] = [];
  for (let i = 0, j = 0; i < rows && j < columns; ) {
    if (left[start + i] === right[start + j]) pairs.push([start + i++, start + j++]);
    else if (lengths[(i + 1) * width + j]! >= lengths[i * width + j + 1]!) i++;
    else j++;
  }
  return pairs;
}

/** Pairs equal elements in order without looking back: linear, and good enough for lists this long. */
function greedy({ left, right, start, leftEnd, rightEnd }: Between): [number, number][] {
  const places = new Map<string, number[]>();
  for (let i = leftEnd - 1; i >= start; i--) {
    const list = places.get(left[i]!);
    if (list === undefined) places.set(left[i]!, [i]);
    else list.push(i);
  }
  const pairs: [number, number][] = [];
  let next = start;
  for (let j = start; j < rightEnd; j++) {
    const list = places.get(right[j]!);
    while (list !== undefined && list.length > 0 && list.at(-1)! < next) list.pop();
    const at = list?.pop();
    if (at === undefined) continue;
    pairs.push([at, j]);
    next = at + 1;
  }
  return pairs;
}
