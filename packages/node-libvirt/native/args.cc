#include <climits>
#include <cmath>
#include <cstring>

#include "binding.h"

namespace libvirt {

Napi::Value Args::next() {
  Napi::Value value = info_[index_];
  index_++;
  return value;
}

void Args::wrong(const std::string& expected) const {
  throw Napi::TypeError::New(env, where() + " must be " + expected);
}

namespace {

[[noreturn]] void outOfRange(const Napi::Value& value, const std::string& what, const char* expected) {
  std::string message = what + " must be " + expected;
  if (value.IsNumber() || value.IsBigInt()) throw Napi::RangeError::New(value.Env(), message);
  throw Napi::TypeError::New(value.Env(), message);
}

/** A whole number from `least` to `most`, both exact as doubles. */
double wholeNumber(const Napi::Value& value, double least, double most, const std::string& what, const char* expected) {
  if (!value.IsNumber()) outOfRange(value, what, expected);
  double number = value.As<Napi::Number>().DoubleValue();
  if (!(number >= least && number <= most) || number != std::floor(number)) outOfRange(value, what, expected);
  return number;
}

constexpr double maxSafeInteger = 9007199254740991.0;

}  // namespace

int Args::toInt(const Napi::Value& value, const std::string& what) {
  return int(wholeNumber(value, INT_MIN, INT_MAX, what, "a 32-bit integer"));
}

// JavaScript's bit operators give a negative number where bit 31 is set.
unsigned Args::toUnsigned(const Napi::Value& value, const std::string& what) {
  return unsigned(int64_t(wholeNumber(value, INT_MIN, UINT_MAX, what, "a 32-bit integer")));
}

unsigned long long Args::toUnsigned64(const Napi::Value& value, const std::string& what) {
  constexpr const char* expected = "a whole number of 64 bits: a safe integer or a bigint, not negative";
  if (!value.IsBigInt()) return (unsigned long long)(wholeNumber(value, 0, maxSafeInteger, what, expected));
  bool lossless = false;
  uint64_t number = value.As<Napi::BigInt>().Uint64Value(&lossless);
  if (!lossless) outOfRange(value, what, expected);
  return number;
}

long long Args::toInt64(const Napi::Value& value, const std::string& what) {
  constexpr const char* expected = "a whole number of 64 bits: a safe integer or a bigint";
  if (!value.IsBigInt()) return (long long)(wholeNumber(value, -maxSafeInteger, maxSafeInteger, what, expected));
  bool lossless = false;
  int64_t number = value.As<Napi::BigInt>().Int64Value(&lossless);
  if (!lossless) outOfRange(value, what, expected);
  return number;
}

std::string Args::toString(const Napi::Value& value, const std::string& what) {
  if (!value.IsString()) throw Napi::TypeError::New(value.Env(), what + " must be a string");
  std::string text = value.As<Napi::String>().Utf8Value();
  // libvirt would silently see a shorter one.
  if (text.find('\0') != std::string::npos) {
    throw Napi::TypeError::New(value.Env(), what + " must not contain a NUL character");
  }
  return text;
}

ConnectionRef Args::takeConnection() {
  Box* box = environment->unwrap(next());
  if (!box || !box->isConnection) wrong("a connection");
  connection = box->connection;
  return {connection};
}

std::shared_ptr<Connection> Args::takeOtherConnection() {
  Box* box = environment->unwrap(next());
  if (!box || !box->isConnection) wrong("a connection");
  return box->connection;
}

std::shared_ptr<Handle> Args::takeHandle(Kind kind) {
  Box* box = environment->unwrap(next());
  std::string expected = std::string("a ") + nameOf(kind);
  if (!box || box->isConnection) wrong(expected);
  if (!box->handle) wrong(expected + " that has not been disposed of");
  if (box->handle->kind != kind) wrong(expected);
  if (!connection) connection = box->connection;
  // The other connection could close, and free it, while this one uses it.
  if (box->connection != connection) wrong(expected + " of the same connection");
  return box->handle;
}

std::shared_ptr<Handle> Args::takeOptionalHandle(Kind kind) {
  if (info_[index_].IsNull()) {
    index_++;
    return nullptr;
  }
  return takeHandle(kind);
}

Text Args::takeText() {
  Napi::Value value = next();
  if (value.IsNull()) return {};
  return {toString(value, where())};
}

Bytes Args::takeBytes(Bytes reused) {
  Napi::Value value = next();
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array) wrong("a Uint8Array");
  auto array = value.As<Napi::Uint8Array>();
  reused.resize(array.ByteLength());
  if (!reused.empty()) memcpy(reused.data(), array.Data(), reused.size());
  return reused;
}

std::pair<uint8_t*, size_t> Args::takeTarget() {
  Napi::Value value = next();
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array) wrong("a Uint8Array");
  auto array = value.As<Napi::Uint8Array>();
  return {array.Data(), array.ByteLength()};
}

Napi::Function Args::takeFunction() {
  Napi::Value value = next();
  if (!value.IsFunction()) wrong("a function");
  return value.As<Napi::Function>();
}

Napi::Object Args::takeObject() {
  Napi::Value value = next();
  if (!value.IsObject() || value.IsNull()) wrong("an object");
  return value.As<Napi::Object>();
}

Napi::Array Args::takeArray() {
  Napi::Value value = next();
  if (!value.IsArray()) wrong("an array");
  return value.As<Napi::Array>();
}

int Args::takeInt() {
  Napi::Value value = next();
  return toInt(value, where());
}

unsigned Args::takeUnsigned() {
  Napi::Value value = next();
  return toUnsigned(value, where());
}

bool Args::takeBoolean() {
  Napi::Value value = next();
  if (!value.IsBoolean()) wrong("a boolean");
  return value.As<Napi::Boolean>();
}

unsigned long long Args::takeUnsigned64() {
  Napi::Value value = next();
  return toUnsigned64(value, where());
}

int Args::takeDeadline() {
  Napi::Value value = next();
  if (value.IsUndefined()) return connection ? connection->callTimeout : 0;
  return int(wholeNumber(value, 0, INT_MAX, "the timeout of " + std::string(name_), "a whole number of milliseconds"));
}

std::pair<std::shared_ptr<Call>, Napi::Value> Args::makeCall(Call::Work work) {
  auto call = std::make_shared<Call>(environment, name_, std::move(work));
  return {call, call->begin(env)};
}

Napi::Value Args::run(std::function<Value()> work, std::function<void(Value&)> undo) {
  return runAsync([work = std::move(work)](const std::shared_ptr<Call>& call) { call->succeed(work()); },
                  std::move(undo));
}

Napi::Value Args::runApart(std::function<Value()> work) {
  int deadline = takeDeadline();
  auto [call, promise] = makeCall([work = std::move(work)](const std::shared_ptr<Call>& running) {
    running->succeed(work());
  });
  call->setDeadline(deadline);
  connection->runApart(std::move(call));
  return promise;
}

Napi::Value Args::runAsync(Call::Work work, std::function<void(Value&)> undo) {
  int deadline = takeDeadline();
  auto [call, promise] = makeCall(std::move(work));
  call->undo = std::move(undo);
  call->setDeadline(deadline);
  connection->run(std::move(call));
  return promise;
}

}  // namespace libvirt
