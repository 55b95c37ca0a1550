/** What a stack with the construct comes to, by the assertions of the CDK; `npm run suites -- cdk` runs it. Its argument is `dist/lambda`. */

import assert from 'node:assert/strict'
import { App, Stack } from 'aws-cdk-lib'
import { Match, Template } from 'aws-cdk-lib/assertions'
import { Secret } from 'aws-cdk-lib/aws-secretsmanager'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { Clientry } from './clientry.ts'

const POOL = 'arn:aws:cognito-idp:eu-central-1:123456789012:userpool/eu-central-1_AbCdEf123'

function synthesised(userPools: readonly string[]): Template {
  const stack = new Stack(new App(), 'clients', { env: { region: 'eu-central-1' } })
  new Clientry(stack, 'Clientry', {
    code: process.argv[2] ?? 'dist/lambda',
    configuration: { providers: {}, auth: { issuers: [] } },
    keySecret: new Secret(stack, 'Secret'),
    userPools,
    alarmTopic: new Topic(stack, 'Alarms'),
  })
  return Template.fromStack(stack)
}

const template = synthesised([POOL])
template.hasResource('AWS::DynamoDB::Table', {
  DeletionPolicy: 'Retain',
  Properties: {
    DeletionProtectionEnabled: true,
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
    GlobalSecondaryIndexes: [Match.objectLike({ IndexName: 'feed' })],
  },
})
template.hasResource('AWS::KMS::Key', {
  DeletionPolicy: 'Retain',
  Properties: { EnableKeyRotation: true },
})
template.hasResourceProperties('AWS::Lambda::Function', {
  Handler: 'index.handler',
  Runtime: 'nodejs24.x',
  Timeout: 300,
  KmsKeyArn: Match.anyValue(),
  Environment: {
    Variables: { CLIENTRY_CONFIG_JSON: Match.anyValue(), CLIENTRY_KEY: Match.anyValue() },
  },
})
template.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(5 minutes)' })
template.hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey: '$default' })
template.hasResource('AWS::Logs::LogGroup', {
  DeletionPolicy: 'Retain',
  Properties: { KmsKeyId: Match.anyValue(), RetentionInDays: 400 },
})
template.resourceCountIs('AWS::CloudWatch::Alarm', 4)
template.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: Match.anyValue() })

/** The actions of every policy of a stack, and the roles with a policy of AWS's own. */
function rightsIn(one: Template) {
  const policies = Object.values(one.findResources('AWS::IAM::Policy'))
  const actions = policies.flatMap(({ Properties }) =>
    Properties.PolicyDocument.Statement.flatMap(
      ({ Action }: { Action: string | string[] }) => Action,
    ),
  ) as string[]
  const managed = Object.values(one.findResources('AWS::IAM::Role')).flatMap(
    ({ Properties }) => Properties.ManagedPolicyArns ?? [],
  )
  return { actions, managed }
}
const { actions, managed } = rightsIn(template)
assert.deepEqual(managed, [])
assert.deepEqual(
  actions.filter((action) => action.includes('*')),
  [],
)
assert.deepEqual([...new Set(actions.map((action) => action.split(':')[0]))].sort(), [
  'cognito-idp',
  'dynamodb',
  'kms',
  'logs',
])
assert.ok(rightsIn(synthesised([])).actions.every((action) => !action.startsWith('cognito-idp')))
process.stdout.write('the stack is as it should be\n')
