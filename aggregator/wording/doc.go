// Package wording takes texts apart into words in any script, in the form in
// which the same words are equal, and takes inflection off them. What judges
// stories and what searches them read texts alike by it.
//
// It is pure, and knows of no language what its letters do not say: a language
// is given with the text, as its source claims it.
//
// # Caveats
//
// Scripts that are written without spaces are not taken apart into words but
// into pairs of neighbouring letters. Stemming is light: what it joins are the
// commonest inflections of a word, and now and then two words.
package wording
