package dedupe

// chain enters the entry into the chain of each of its keys. A chain runs from
// the newest entry to the oldest.
func (j *Judge) chain(number uint32) {
	entry := j.entries.at(number)
	for kind, k := range entry.keys {
		if k == 0 {
			continue
		}
		newer, next := j.neighbours(kind, k, number)
		entry.older[kind] = next
		if newer == 0 {
			j.newest[k] = number
		} else {
			j.entries.at(newer).older[kind] = number
		}
	}
}

// unchain takes the entry out of the chains of its keys.
func (j *Judge) unchain(number uint32) {
	entry := j.entries.at(number)
	for kind, k := range entry.keys {
		if k == 0 {
			continue
		}
		newer, _ := j.neighbours(kind, k, number)
		switch older := entry.older[kind]; {
		case newer != 0:
			j.entries.at(newer).older[kind] = older
		case older >= j.entries.first:
			j.newest[k] = older
		default:
			delete(j.newest, k)
		}
	}
}

// neighbours returns the entries of a chain between which number belongs; 0
// where there is none.
func (j *Judge) neighbours(kind int, k key, number uint32) (newer, older uint32) {
	older = j.newest[k]
	for older >= j.entries.first && older > number {
		newer, older = older, j.entries.at(older).older[kind]
	}
	return newer, older
}
