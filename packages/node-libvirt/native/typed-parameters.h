#pragma once

#include <libvirt/libvirt.h>
#include <napi.h>

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "value.h"

namespace libvirt {

/** One object, under libvirt's names. 64-bit integers arrive exact. */
Fields fromTypedParameters(virTypedParameterPtr params, int count);

/** Typed parameters on their way to libvirt. */
class TypedParameters {
 public:
  /** Reads an array of [name, type, value]; throws TypeError or RangeError. */
  explicit TypedParameters(const Napi::Array& array);

  /** libvirt's form, made and freed on the worker thread. */
  class Native {
   public:
    explicit Native(const TypedParameters& source);
    ~Native();
    Native(const Native&) = delete;
    Native& operator=(const Native&) = delete;
    virTypedParameterPtr params = nullptr;
    int count = 0;
  };

 private:
  using Item = std::variant<int, unsigned, long long, unsigned long long, double, bool, std::string>;
  std::vector<std::pair<std::string, Item>> items_;
};

}  // namespace libvirt
