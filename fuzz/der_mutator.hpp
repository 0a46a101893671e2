// Mutates DER as a tree: an element is changed, dropped, doubled, moved or exchanged, and the lengths around it fit again. So what is mutated reaches the rules behind
// the reader. What is no DER, and a quarter of the rest, is left to libFuzzer's own mutations.
#pragma once
#include "der/reader.hpp"
#include "der/writer.hpp"

#include <random>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace cmpkit::fuzz {

struct Node {
    std::uint8_t      tag = 0;
    Octets            content;   // of a leaf
    std::vector<Node> children;  // of the others
    bool              is_leaf() const { return children.empty(); }
};

/// @return empty: these octets are no row of elements
inline std::vector<Node> tree_of(Bytes octets, int depth = 0) {
    std::vector<Node> row;
    while (!octets.empty()) {
        der::Tlv tlv;
        if (depth > 40 || der::take(octets, tlv)) return {};
        Node node{tlv.tag, copy_of(tlv.content), {}};
        // Octet and bit strings hold elements, too: values of extensions, keys, protected content.
        const bool may_hold = (tlv.tag & der::tag::constructed) || tlv.tag == der::tag::octet_string;
        if (may_hold) node.children = tree_of(tlv.content, depth + 1);
        row.push_back(std::move(node));
    }
    return row;
}

inline Octets octets_of(const std::vector<Node>& row) {
    Octets out;
    for (const Node& node : row) {
        der::Writer writer;
        writer.element(node.tag, node.is_leaf() ? Bytes(node.content) : Bytes(octets_of(node.children)));
        const Octets one = writer.finish();
        out.insert(out.end(), one.begin(), one.end());
    }
    return out;
}

class TreeMutator {
public:
    explicit TreeMutator(unsigned seed) : random_(seed) {}

    void mutate(std::vector<Node>& row) {
        std::vector<Node>& chosen = some_row(row);
        const std::size_t  at     = below(chosen.size());
        switch (below(6)) {
        case 0: chosen.erase(chosen.begin() + static_cast<std::ptrdiff_t>(at)); break;
        case 1: chosen.insert(chosen.begin() + static_cast<std::ptrdiff_t>(at), Node(chosen[at])); break;
        case 2: std::swap(chosen[at], chosen[below(chosen.size())]); break;
        case 3: {
            const std::vector<Node>& other = some_row(row);
            chosen[at] = Node(other[below(other.size())]);
            break;
        }
        case 4: chosen[at].tag = static_cast<std::uint8_t>(random_()); break;
        default: change(chosen[at]);
        }
    }

private:
    std::size_t below(std::size_t most) { return random_() % most; }
    std::vector<Node>& some_row(std::vector<Node>& row) {
        std::vector<Node>* chosen = &row;
        for (;;) {
            Node& node = (*chosen)[below(chosen->size())];
            if (node.is_leaf() || below(4) == 0) return *chosen;
            chosen = &node.children;
        }
    }
    void change(Node& node) {
        Octets            content = node.is_leaf() ? node.content : octets_of(node.children);
        const std::size_t size    = content.size();
        content.resize(size + 64);
        content.resize(LLVMFuzzerMutate(content.data(), size, content.size()));
        node = {node.tag, std::move(content), {}};
    }
    std::minstd_rand random_;
};

/// For LLVMFuzzerCustomMutator.
inline std::size_t mutate_der(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
    std::vector<Node> row = tree_of({data, size});
    if (row.empty() || seed % 4 == 0) return LLVMFuzzerMutate(data, size, most);
    TreeMutator(seed).mutate(row);
    const Octets mutated = octets_of(row);
    if (mutated.size() > most) return LLVMFuzzerMutate(data, size, most);
    std::ranges::copy(mutated, data);
    return mutated.size();
}

/// The same for inputs that begin with octets of another kind.
inline std::size_t mutate_der_behind(std::size_t prefix, std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
    return size <= prefix ? LLVMFuzzerMutate(data, size, most) : prefix + mutate_der(data + prefix, size - prefix, most - prefix, seed);
}

}  // namespace cmpkit::fuzz
