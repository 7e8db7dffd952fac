# A function of AWS Lambda that answers: Terraform. Made for a region by `zero bundle build --target lambda`.
#
#   terraform init && terraform apply
#
# Streams of events need the function URL as it stands here: `invoke_mode = "RESPONSE_STREAM"` and
# `ZERO_STREAM = "function-url"` belong together. With `BUFFERED`, or behind API Gateway, say `ZERO_STREAM = "none"`.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.60"
    }
  }
}

variable "zero_region" {
  type        = string
  default     = "us-east"
  description = "The region of the bundle"
}

variable "aws_region" {
  type        = string
  default     = "us-east-1"
  description = "Where the function runs"
}

variable "architecture" {
  type        = string
  default     = "x86_64"
  description = "The machine that the package was made for"
  validation {
    condition     = contains(["x86_64", "arm64"], var.architecture)
    error_message = "The architecture is x86_64 or arm64."
  }
}

variable "memory_mb" {
  type        = number
  default     = 1024
  description = "Processors come with memory, one whole at 1769 MB"
}

variable "timeout_s" {
  type        = number
  default     = 35
  description = "An asker may grant the sources 30 s"
}

variable "concurrency_max" {
  type        = number
  default     = 100
  description = "Questions at once, which bounds what a flood can cost"
}

variable "auth_type" {
  type        = string
  default     = "NONE"
  description = "NONE lets everybody ask, AWS_IAM whoever signs; the bundle's own rules for askers hold either way"
}

variable "secrets" {
  type        = list(string)
  default     = []
  description = "Environment variables whose values stand in Secrets Manager as zero/REGION/NAME"
}

provider "aws" {
  region = var.aws_region
}

data "aws_secretsmanager_secret_version" "zero" {
  for_each  = toset(var.secrets)
  secret_id = "zero/${var.zero_region}/${each.key}"
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "zero" {
  name_prefix        = "zero-"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_iam_role_policy_attachment" "log" {
  role       = aws_iam_role.zero.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_cloudwatch_log_group" "zero" {
  name = "/aws/lambda/zero-${var.zero_region}"
  # Questions are not logged, and what is logged is not kept for long.
  retention_in_days = 14
}

resource "aws_lambda_function" "zero" {
  function_name                  = "zero-${var.zero_region}"
  description                    = "Zero World, bundle of ${var.zero_region}"
  role                           = aws_iam_role.zero.arn
  package_type                   = "Zip"
  filename                       = "${path.module}/bootstrap.zip"
  source_code_hash               = filebase64sha256("${path.module}/bootstrap.zip")
  handler                        = "bootstrap"
  runtime                        = "provided.al2023"
  architectures                  = [var.architecture]
  memory_size                    = var.memory_mb
  timeout                        = var.timeout_s
  reserved_concurrent_executions = var.concurrency_max

  environment {
    variables = merge(
      { ZERO_STREAM = "function-url", ZERO_LOG = "info" },
      { for name, secret in data.aws_secretsmanager_secret_version.zero : name => secret.secret_string },
    )
  }

  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.zero.name
  }
}

resource "aws_lambda_function_url" "zero" {
  function_name      = aws_lambda_function.zero.function_name
  authorization_type = var.auth_type
  invoke_mode        = "RESPONSE_STREAM"
}

output "url" {
  description = "Ask at /v1/answer?q=..."
  value       = aws_lambda_function_url.zero.function_url
}
