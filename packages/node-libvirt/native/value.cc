#include "value.h"

#include <cstring>

#include "connection.h"
#include "environment.h"
#include "handle.h"

namespace libvirt {

namespace {

constexpr uint64_t maxSafeInteger = (uint64_t(1) << 53) - 1;

class Converter {
 public:
  Converter(Environment& environment, Napi::Env env) : environment_(environment), env_(env) {}

  napi_value convert(Value& value) {
    return std::visit([this](auto& data) { return make(data); }, value.data);
  }

 private:
  napi_value make(Nothing&) { return env_.Undefined(); }
  napi_value make(Null&) { return env_.Null(); }
  napi_value make(bool& value) { return Napi::Boolean::New(env_, value); }
  napi_value make(double& value) { return Napi::Number::New(env_, value); }
  napi_value make(std::string& value) { return Napi::String::New(env_, value); }
  napi_value make(Bytes& value) { return Napi::Buffer<uint8_t>::Copy(env_, value.data(), value.size()); }
  napi_value make(SecretBytes& value) { return make(value.bytes); }
  napi_value make(std::shared_ptr<Connection>& value) { return environment_.wrap(env_, value); }

  napi_value make(Exact& value) {
    if (value.magnitude <= maxSafeInteger) {
      return Napi::Number::New(env_, value.negative ? -double(value.magnitude) : double(value.magnitude));
    }
    napi_value bigint;
    NAPI_THROW_IF_FAILED(env_, napi_create_bigint_words(env_, value.negative, 1, &value.magnitude, &bigint), nullptr);
    return bigint;
  }

  napi_value make(List& list) {
    Napi::Array array = Napi::Array::New(env_, list.size());
    for (size_t index = 0; index < list.size(); index++) {
      Napi::HandleScope scope(env_);
      array.Set(uint32_t(index), Napi::Value(env_, convert(list[index])));
    }
    return array;
  }

  napi_value make(Fields& fields) {
    Napi::Object object = Napi::Object::New(env_);
    fill(object, fields);
    return object;
  }

  napi_value make(std::shared_ptr<Handle>& handle) {
    if (handle->kind == Kind::Stream) return environment_.wrap(env_, handle);
    Napi::Object object = Napi::Object::New(env_);
    fill(object, handle->fields);
    object.Set("handle", environment_.wrap(env_, handle));
    return object;
  }

  void fill(Napi::Object& object, Fields& fields) {
    for (auto& [name, value] : fields) {
      Napi::HandleScope scope(env_);
      object.Set(Napi::String::New(env_, name), Napi::Value(env_, convert(value)));
    }
  }

  Environment& environment_;
  Napi::Env env_;
};

}  // namespace

napi_value toJavaScript(Environment& environment, Napi::Env env, Value& value) {
  return Converter(environment, env).convert(value);
}

}  // namespace libvirt
