/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lattice: which sets of layers can stand.
 *
 * Pure: bits in, bits out. Should know of needs only; mustn't know what any layer does.
 */
#include "lattice.h"

int lattice_make(struct lattice *l, struct err *e)
{
	/* Needs of needs; as many rounds as there are layers are enough for any chain. */
	for (size_t round = 0; round < l->n; round++)
		for (size_t i = 0; i < l->n; i++)
			for (size_t j = 0; j < l->n; j++)
				if (l->below[i] & SET_BIT(j))
					l->below[i] |= l->below[j];
	for (size_t i = 0; i < l->n; i++) {
		if (l->below[i] & SET_BIT(i))
			return fail(e, 0, "layer %zu needs itself, by way of others", i + 1);
		l->above[i] = 0;
		for (size_t j = 0; j < l->n; j++)
			if (l->below[j] & SET_BIT(i))
				l->above[i] |= SET_BIT(j);
	}
	return 0;
}

uint32_t lattice_close(const struct lattice *l, uint32_t set)
{
	uint32_t closed = set;

	for (size_t i = 0; i < l->n; i++)
		if (set & SET_BIT(i))
			closed |= l->below[i];
	return closed;
}

uint32_t lattice_drop(const struct lattice *l, uint32_t set, uint32_t gone)
{
	for (size_t i = 0; i < l->n; i++)
		if (gone & SET_BIT(i))
			set &= ~(SET_BIT(i) | l->above[i]);
	return set;
}

bool lattice_stands(const struct lattice *l, uint32_t set)
{
	return lattice_close(l, set) == set;
}

uint32_t lattice_tops(const struct lattice *l, uint32_t set)
{
	uint32_t tops = set;

	for (size_t i = 0; i < l->n; i++)
		if (set & SET_BIT(i))
			tops &= ~l->below[i];
	return tops;
}
