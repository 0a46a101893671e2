// The answer to a genm in the making (RFC 9810 5.3.20): its items, and what they view. Who knows what is to be told derives from it, CA and RA alike.
#pragma once
#include "der/encode.hpp"
#include "messages/general.hpp"

namespace cmpkit::admission {

class InformationDraft {
protected:
    template <class T> std::span<const T> kept(const std::vector<T>& values) {
        auto* place = arena_.make<T>(values.size());
        std::ranges::copy(values, place);
        return {place, values.size()};
    }
    template <class T> void add(const OidConstant& type, const T& value) {
        auto* place = arena_.make<T>();
        *place      = value;
        answers_.push_back({type, der::Open::of(*place)});
    }
    void add_type(const OidConstant& type) { answers_.push_back({type, {}}); }
    /// @param value  DER; empty: absent
    void add_raw(Bytes type, Bytes value) {
        answers_.push_back({der::Oid{type}, {}});
        if (!value.empty()) answers_.back().infoValue = der::Open::raw(value);
    }

    der::Arena                    arena_;
    std::vector<InfoTypeAndValue> answers_;
};

}  // namespace cmpkit::admission
