/* grammar_reduce: merges nodes of the network that cannot be told apart, until nothing changes.
 *
 * Two nodes with the same arcs out (label and target) are followed by the same sentences, two with the same arcs in are reached by the same
 * beginnings; either pair may be one node. A node whose only arc out (or in) is an empty step is the node it leads to (comes from). Each is exact:
 * the sentences stay the same (bisimulation quotients; Kanellakis & Smolka 1990). Cost a round: one sort of the arcs.
 */
#include "models/asr/grammar_parts.h"
#include <string.h>

enum { ROUNDS = 200 };

static int before(const grammar_arc *a, const grammar_arc *b) {
    if (a->from != b->from) return a->from < b->from;
    if (a->label != b->label) return a->label < b->label;
    return a->to < b->to;
}

static int same(const grammar_arc *a, const grammar_arc *b) {
    return a->from == b->from && a->label == b->label && a->to == b->to;
}

/* Sinks arc[at] to its place in the heap of `count`. */
static void sink(grammar_arc *arc, uint32_t at, uint32_t count) {
    grammar_arc x = arc[at];
    for (uint32_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && before(&arc[child], &arc[child + 1])) child++;
        if (!before(&x, &arc[child])) break;
        arc[at] = arc[child];
    }
    arc[at] = x;
}

void grammar_sort(grammar_arc *arc, uint32_t count) {
    for (uint32_t i = count / 2; i-- > 0;) sink(arc, i, count);
    for (uint32_t left = count; left-- > 1;) {
        grammar_arc top = arc[0];
        arc[0] = arc[left];
        arc[left] = top;
        sink(arc, 0, left);
    }
}

/* Sorted, without doubles and without empty steps to the node itself; first[n] is where node n's arcs begin. */
static void tidy(grammar_net *net, uint32_t *first) {
    uint32_t kept = 0, node = 0;
    grammar_sort(net->arc, net->arcs);
    for (uint32_t i = 0; i < net->arcs; i++) {
        const grammar_arc *a = &net->arc[i];
        if (kept > 0 && same(a, &net->arc[kept - 1])) continue;
        if (a->from == a->to && GRAMMAR_KIND(a->label) == LABEL_EMPTY) continue;
        net->arc[kept++] = *a;
    }
    net->arcs = kept;
    for (uint32_t i = 0; i < kept; i++)
        while (node <= net->arc[i].from) first[node++] = i;
    while (node <= net->nodes) first[node++] = kept;
}

static uint32_t hash_arcs(const grammar_arc *arc, uint32_t count) {
    uint32_t h = 2166136261u;
    for (uint32_t i = 0; i < count; i++) {
        h = (h ^ arc[i].label) * 16777619u;
        h = (h ^ arc[i].to) * 16777619u;
    }
    return (h ^ h >> 15) * 0x85EBCA6Bu;
}

static int equal_arcs(const grammar_arc *a, const grammar_arc *b, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        if (a[i].label != b[i].label || a[i].to != b[i].to) return 0;
    return 1;
}

/* The first node with the same arcs as n, which may be n itself. */
static uint32_t find_equal(const grammar_net *net, const uint32_t *first, uint32_t *table, uint32_t slots, uint32_t n) {
    const grammar_arc *mine = net->arc + first[n];
    uint32_t count = first[n + 1] - first[n], at = hash_arcs(mine, count) & (slots - 1);
    for (; table[at]; at = (at + 1) & (slots - 1)) {
        uint32_t other = table[at] - 1;
        if (first[other + 1] - first[other] == count && equal_arcs(net->arc + first[other], mine, count)) return other;
    }
    table[at] = n + 1;
    return n;
}

static uint32_t root(const uint32_t *node, uint32_t n) {
    for (uint32_t i = 0; node[n] != n && i < 1u << 24; i++) n = node[n];
    return n;
}

/* One round over the arcs as they lie (from is the end that is merged). Returns whether anything was merged. */
static int merge(grammar_net *net, uint32_t *node, uint32_t *first, uint32_t *table, uint32_t slots, int backward) {
    int changed = 0;
    tidy(net, first);
    memset(table, 0, slots * sizeof *table);
    for (uint32_t n = 0; n < net->nodes; n++) {
        const grammar_arc *a = net->arc + first[n];
        uint32_t count = first[n + 1] - first[n];
        node[n] = n;
        if (count == 0 || n == NODE_END || (backward && n == NODE_START)) continue;
        if (count == 1 && n != NODE_START && GRAMMAR_KIND(a->label) == LABEL_EMPTY)
            node[n] = a->to;
        else
            node[n] = find_equal(net, first, table, slots, n);
        changed |= node[n] != n;
    }
    for (uint32_t i = 0; changed && i < net->arcs; i++) {
        net->arc[i].from = root(node, net->arc[i].from);
        net->arc[i].to = root(node, net->arc[i].to);
    }
    return changed;
}

static void turn_round(grammar_net *net) {
    for (uint32_t i = 0; i < net->arcs; i++) {
        uint32_t from = net->arc[i].from;
        net->arc[i].from = net->arc[i].to;
        net->arc[i].to = from;
    }
}

/* Numbers the nodes that still have arcs from 0; start and end keep theirs. */
static void renumber(grammar_net *net, uint32_t *node) {
    uint32_t next = NODE_FIRST;
    memset(node, 0xff, net->nodes * sizeof *node);
    node[NODE_START] = NODE_START;
    node[NODE_END] = NODE_END;
    for (uint32_t i = 0; i < net->arcs; i++) {
        grammar_arc *a = &net->arc[i];
        if (node[a->from] == UINT32_MAX) node[a->from] = next++;
        if (node[a->to] == UINT32_MAX) node[a->to] = next++;
        a->from = node[a->from];
        a->to = node[a->to];
    }
    net->nodes = next;
}

void grammar_reduce(grammar_net *net, uint32_t *node, uint32_t *first, uint32_t *table, uint32_t slots) {
    int changed = 1;
    for (int round = 0; changed && round < ROUNDS; round++) {
        changed = 0;
        while (merge(net, node, first, table, slots, 0)) changed = 1;
        turn_round(net);
        while (merge(net, node, first, table, slots, 1)) changed = 1;
        turn_round(net);
        renumber(net, node);
    }
    tidy(net, first);
}
