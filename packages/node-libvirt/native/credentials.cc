#include "credentials.h"

#include <chrono>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <optional>
#include <string>

#include "binding.h"

namespace libvirt {

namespace {

using Answers = std::vector<std::optional<std::string>>;

/** One round of questions, shared by the thread that waits and the function that answers. */
class Exchange {
 public:
  void answer(std::optional<Answers> answers) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (answered_) return;
    answers_ = std::move(answers);
    answered_ = true;
    changed_.notify_all();
  }

  /** Nothing: cancelled. */
  std::optional<Answers> wait(const Call& call, Environment& environment) {
    std::unique_lock<std::mutex> lock(mutex_);
    while (!answered_ && call.waiting() && !environment.ended()) {
      changed_.wait_for(lock, std::chrono::milliseconds(100));
    }
    return answered_ ? std::move(answers_) : std::nullopt;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool answered_ = false;
  std::optional<Answers> answers_;
};

/** Held by the reply function alone: when that is collected uncalled, nobody can answer any more. */
struct Reply {
  explicit Reply(std::shared_ptr<Exchange> round) : exchange(std::move(round)) {}
  ~Reply() { exchange->answer(std::nullopt); }
  std::shared_ptr<Exchange> exchange;
};

std::optional<Answers> readAnswers(const Napi::Value& value) {
  if (!value.IsArray()) return std::nullopt;
  Napi::Array array = value.As<Napi::Array>();
  Answers answers;
  for (uint32_t index = 0; index < array.Length(); index++) {
    Napi::Value item = array[index];
    if (item.IsString()) {
      answers.emplace_back(item.As<Napi::String>().Utf8Value());
    } else {
      answers.emplace_back(std::nullopt);
    }
  }
  return answers;
}

void ask(Napi::Env env, Napi::Function function, Value& questions, std::shared_ptr<Exchange> exchange) {
  auto reply = std::make_shared<Reply>(exchange);
  Napi::Function replyFunction = Napi::Function::New(env, [reply](const Napi::CallbackInfo& info) {
    reply->exchange->answer(readAnswers(info[0]));
  });
  try {
    auto environment = Environment::of(env);
    Napi::Value argument(env, toJavaScript(*environment, env, questions));
    function.Call({argument, replyFunction});
  } catch (const Napi::Error&) {
    exchange->answer(std::nullopt);
  }
}

}  // namespace

virConnectAuth Credentials::auth(const std::shared_ptr<Call>& call) {
  call_ = call;
  return {types_.data(), unsigned(types_.size()), answer, this};
}

int Credentials::answer(virConnectCredentialPtr credentials, unsigned count, void* opaque) {
  auto self = static_cast<Credentials*>(opaque);
  List questions;
  for (unsigned index = 0; index < count; index++) {
    const auto& credential = credentials[index];
    questions.push_back(Fields{{"type", credential.type},
                               {"prompt", credential.prompt ? credential.prompt : ""},
                               {"challenge", credential.challenge},
                               {"defaultResult", credential.defresult}});
  }
  auto exchange = std::make_shared<Exchange>();
  bool posted = self->environment_->post(
      [environment = self->environment_, listener = self->listener_, exchange,
       value = std::make_shared<Value>(std::move(questions))](Napi::Env env) {
        Napi::Function function = environment->listener(listener);
        if (function.IsEmpty()) {
          exchange->answer(std::nullopt);
        } else {
          ask(env, function, *value, exchange);
        }
      });
  if (!posted) return -1;
  auto answers = exchange->wait(*self->call_, *self->environment_);
  if (!answers) return -1;
  for (unsigned index = 0; index < count && index < answers->size(); index++) {
    auto& text = (*answers)[index];
    if (!text) continue;
    // libvirt frees it.
    credentials[index].result = strdup(text->c_str());
    credentials[index].resultlen = unsigned(text->size());
    std::fill(text->begin(), text->end(), '\0');
  }
  return 0;
}

}  // namespace libvirt
