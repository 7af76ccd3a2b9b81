#include "typed-parameters.h"

#include "binding.h"

namespace libvirt {

namespace {

Value fromParameter(const virTypedParameter& param) {
  switch (param.type) {
    case VIR_TYPED_PARAM_INT: return param.value.i;
    case VIR_TYPED_PARAM_UINT: return param.value.ui;
    case VIR_TYPED_PARAM_LLONG: return Exact::of(param.value.l);
    case VIR_TYPED_PARAM_ULLONG: return Exact::of(param.value.ul);
    case VIR_TYPED_PARAM_DOUBLE: return param.value.d;
    case VIR_TYPED_PARAM_BOOLEAN: return param.value.b != 0;
    case VIR_TYPED_PARAM_STRING: return param.value.s;
    default: return Value();
  }
}

struct Adder {
  TypedParameters::Native& native;
  int& capacity;
  const char* name;

  int operator()(int value) { return virTypedParamsAddInt(&native.params, &native.count, &capacity, name, value); }
  int operator()(unsigned value) { return virTypedParamsAddUInt(&native.params, &native.count, &capacity, name, value); }
  int operator()(long long value) {
    return virTypedParamsAddLLong(&native.params, &native.count, &capacity, name, value);
  }
  int operator()(unsigned long long value) {
    return virTypedParamsAddULLong(&native.params, &native.count, &capacity, name, value);
  }
  int operator()(double value) { return virTypedParamsAddDouble(&native.params, &native.count, &capacity, name, value); }
  int operator()(bool value) { return virTypedParamsAddBoolean(&native.params, &native.count, &capacity, name, value); }
  int operator()(const std::string& value) {
    return virTypedParamsAddString(&native.params, &native.count, &capacity, name, value.c_str());
  }
};

}  // namespace

Fields fromTypedParameters(virTypedParameterPtr params, int count) {
  Fields fields;
  fields.reserve(size_t(count));
  for (int index = 0; index < count; index++) {
    const auto& param = params[index];
    fields.emplace_back(std::string(param.field, strnlen(param.field, sizeof param.field)), fromParameter(param));
  }
  return fields;
}

TypedParameters::TypedParameters(const Napi::Array& array) {
  Napi::Env env = array.Env();
  for (uint32_t index = 0; index < array.Length(); index++) {
    Napi::Value entry = array[index];
    if (!entry.IsArray()) throw Napi::TypeError::New(env, "a typed parameter must be [name, type, value]");
    Napi::Array item = entry.As<Napi::Array>();
    std::string name = Args::toString(item[0u], "the name of a typed parameter");
    std::string type = Args::toString(item[1u], "the type of a typed parameter");
    Napi::Value value = item[2u];
    if (type == "int") {
      items_.emplace_back(name, Args::toInt(value, name));
    } else if (type == "uint") {
      items_.emplace_back(name, Args::toUnsigned(value, name));
    } else if (type == "llong") {
      items_.emplace_back(name, Args::toInt64(value, name));
    } else if (type == "ullong") {
      items_.emplace_back(name, Args::toUnsigned64(value, name));
    } else if (type == "string") {
      items_.emplace_back(name, Args::toString(value, name));
    } else if (type == "double" && value.IsNumber()) {
      items_.emplace_back(name, value.As<Napi::Number>().DoubleValue());
    } else if (type == "boolean" && value.IsBoolean()) {
      items_.emplace_back(name, value.As<Napi::Boolean>().Value());
    } else {
      throw Napi::TypeError::New(env, name + " must be of type " + type);
    }
  }
}

TypedParameters::Native::Native(const TypedParameters& source) {
  int capacity = 0;
  for (const auto& [name, item] : source.items_) {
    if (std::visit(Adder{*this, capacity, name.c_str()}, item) < 0) {
      Failure failure = Failure::last();
      virTypedParamsFree(params, count);
      throw failure;
    }
  }
}

TypedParameters::Native::~Native() { virTypedParamsFree(params, count); }

}  // namespace libvirt
